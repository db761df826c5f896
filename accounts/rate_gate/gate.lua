-- The rule of accounts/rate_gate/rule.py inside Redis, one atomic step. Constants come from there as arguments.
-- KEYS: 1 state (hash), 2 leases (sorted set by end). ARGV: 1 action, 2 now ("" = the server's clock), then per action.
-- Numbers go in and out as text: Redis would cut a Lua number to a whole one.
local state_key, leases_key = KEYS[1], KEYS[2]
local action = ARGV[1]
local now = tonumber(ARGV[2])
if now == nil then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end

if action == 'leave' then
  redis.call('ZREM', leases_key, ARGV[3])
  return {'left', '0'}
end

local function text(number) return string.format('%.6f', number) end
local stored = redis.call('HMGET', state_key, 'next_at', 'turn_at', 'share', 'slowed_at', 'paused_until')
local next_at, turn_at = tonumber(stored[1]) or 0, tonumber(stored[2]) or 0
local share, slowed_at = tonumber(stored[3]) or 1, tonumber(stored[4]) or 0
local paused_until = tonumber(stored[5]) or 0
-- rpm and concurrency: -1 = no limit.
local rpm, burst, concurrency = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local window, growth, keep = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

local function share_now() return math.min(1, share + math.max(0, now - slowed_at) * growth) end
local function spacing_now()
  if rpm < 0 then return 0 end
  return window / (rpm - burst + 1) / share_now()
end
local function save()
  redis.call('HSET', state_key, 'next_at', text(next_at), 'turn_at', text(turn_at),
    'share', text(share), 'slowed_at', text(slowed_at), 'paused_until', text(paused_until))
  redis.call('EXPIRE', state_key, keep)
end

if action == 'slow' then
  local pause, crowd, smallest = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
  local is_crowd = slowed_at > 0 and now - slowed_at < crowd
  if not is_crowd then
    share = math.max(share_now() / 2, smallest)
    slowed_at = now
  end
  paused_until = math.max(paused_until, now + pause)
  save()
  return {is_crowd and 'crowd' or 'slowed', text(share)}
end

local name, lease, patience, forced = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12] == '1'
local poll, slot_spacing, longest_turn = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local at_once = tonumber(ARGV[16])
redis.call('ZREMRANGEBYSCORE', leases_key, '-inf', text(now))
local spacing = spacing_now()
local paced = rpm < 0 and 0 or next_at - (burst - 1) * spacing
local opens_at = math.max(paced, paused_until)
if opens_at - now < at_once then opens_at = now end

local function sent_away(apart)
  local turn = math.max(turn_at, opens_at, now + poll)
  turn_at = math.min(turn + apart, now + longest_turn)
  save()
  return {'later', text(math.min(turn, now + longest_turn) - now)}
end

if not forced then
  if concurrency >= 0 then
    local slots = math.max(1, math.floor(concurrency * share_now()))
    if redis.call('ZCARD', leases_key) >= slots then
      if patience > at_once then return {'full', text(poll)} end
      return sent_away(math.max(spacing, slot_spacing))
    end
  end
  if opens_at - now > patience then return sent_away(spacing) end
end
local starts_at = forced and now or opens_at
next_at = math.max(next_at, starts_at) + spacing
save()
redis.call('ZADD', leases_key, text(starts_at + lease), name)
redis.call('EXPIRE', leases_key, math.ceil(math.max(keep, starts_at - now + lease)))
return {'go', text(starts_at - now)}
