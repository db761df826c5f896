"""Statements that come with the product, to be published by a team as they are or as a beginning. Pure data.

Every one is said in a breath or two, and leaves room for both names within what a provider can check. They are words,
not legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CLONING = {
    "en": "I, {speaker}, agree that {company} makes a synthetic copy of my voice and speaks with it as we arranged. "
    "I may take this back at any time.",
    "zh-Hans": "我是{speaker}，我同意{company}制作我声音的合成版本，并按我们的约定使用。我可以随时撤回这一同意。",
    "de": "Ich, {speaker}, stimme zu, dass {company} meine Stimme künstlich nachbildet und wie vereinbart nutzt. "
    "Ich kann das jederzeit widerrufen.",
    "fr": "Moi, {speaker}, j'accepte que {company} crée une copie de synthèse de ma voix et l'utilise comme convenu. "
    "Je peux me rétracter à tout moment.",
    "es": "Yo, {speaker}, acepto que {company} cree una copia sintética de mi voz y la use según lo acordado. "
    "Puedo retirar este permiso cuando quiera.",
    "ja": "私、{speaker}は、{company}が私の声の合成音声を作り、取り決めの範囲で使うことに同意します。"
    "この同意はいつでも取り消せます。",
}
_CLONING_OWN = {
    "en": "I, {speaker}, agree that a synthetic copy of my voice is made and used as we arranged. "
    "I may take this back at any time.",
    "zh-Hans": "我是{speaker}，我同意制作我声音的合成版本，并按约定使用。我可以随时撤回这一同意。",
    "de": "Ich, {speaker}, stimme zu, dass meine Stimme künstlich nachgebildet und wie vereinbart genutzt wird. "
    "Ich kann das jederzeit widerrufen.",
    "fr": "Moi, {speaker}, j'accepte qu'une copie de synthèse de ma voix soit créée et utilisée comme convenu. "
    "Je peux me rétracter à tout moment.",
    "es": "Yo, {speaker}, acepto que se cree una copia sintética de mi voz y que se use según lo acordado. "
    "Puedo retirar este permiso cuando quiera.",
    "ja": "私、{speaker}は、私の声の合成音声が作られ、取り決めの範囲で使われることに同意します。"
    "この同意はいつでも取り消せます。",
}
# Name → locale → words. `cloning` names the company that makes the voice, `cloning-own` does without one.
BUILT_IN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"cloning": MappingProxyType(_CLONING), "cloning-own": MappingProxyType(_CLONING_OWN)}
)
