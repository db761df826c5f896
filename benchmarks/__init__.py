"""Speed, shown: `make bench` prints figures with a baseline from the same run and writes var/bench.json."""
