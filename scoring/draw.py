"""A draw that anybody can verify afterwards.

1. Freeze the pool and publish the commitment C, which names the rule, the public source and its
   date and the hash of a secret nonce, before the source speaks.
2. When it has spoken, reveal the nonce: seed = SHA-256("draw-v1" ⏎ C ⏎ nonce ⏎ source text).
3. Each id's key is HMAC-SHA256(seed, id); ascending keys give the order: the first k are drawn,
   the rest are the alternates in order. Taking one away never moves the others.

No clock and no randomness in here: the nonce comes from the caller (`secrets.token_hex(32)`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "draw-v1"


class DrawError(ValueError):
    """A draw that cannot be made or does not verify; the message is Chinese."""


@dataclass(frozen=True)
class Commitment:
    """What is published before the draw: `text` is canonical JSON, `sha256` its hash (hex)."""

    text: str
    sha256: str

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def eligible(self) -> list[str]:
        """Ids that take part: the pool without the excluded."""
        excluded = {entry["id"] for entry in self.body["excluded"]}
        return [id_ for id_ in self.body["pool"] if id_ not in excluded]


@dataclass(frozen=True)
class DrawResult:
    """`keys`: id → HMAC (hex) in the drawn order; `chosen` the first k, `alternates` the rest."""

    seed: str
    keys: dict[str, str]
    chosen: tuple[str, ...]
    alternates: tuple[str, ...]


def canonical_json(value: Any) -> str:
    """Sorted keys, no blanks, UTF-8 characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_text(text: str) -> str:
    """Full-width digits and runs of blanks made uniform, so that copies of a bulletin agree."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def hash_nonce(nonce: str) -> str:
    """The hash that is published in place of the nonce."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def commit(
    pool: Iterable[str],
    exclusions: Mapping[str, str],
    k: int,
    *,
    rule: str,
    source: str,
    nonce_hash: str,
    round_: int = 1,
) -> Commitment:
    """Freeze a draw of `k` out of `pool` without `exclusions` (id → reason).

    `source` names the public random source and its date; `round_` counts repeated draws."""
    ids = sorted(pool)
    if len(set(ids)) != len(ids):
        raise DrawError("抽取名册中有重复的编号。")
    strangers = sorted(set(exclusions) - set(ids))
    if strangers:
        raise DrawError(f"排除的编号不在名册中：{'、'.join(strangers)}。")
    if any(not reason.strip() for reason in exclusions.values()):
        raise DrawError("每一个排除都要写明理由。")
    available = len(ids) - len(exclusions)
    if k < 1 or k > available:
        raise DrawError(f"可抽取 {available} 人，不能抽 {k} 人。")
    text = canonical_json(
        {
            "version": VERSION,
            "round": round_,
            "pool": ids,
            "excluded": [{"id": id_, "reason": exclusions[id_]} for id_ in sorted(exclusions)],
            "k": k,
            "rule": rule,
            "source": source,
            "nonce_sha256": nonce_hash,
        }
    )
    return Commitment(text, hashlib.sha256(text.encode()).hexdigest())


def draw(commitment: Commitment, nonce: str, source_text: str) -> DrawResult:
    """The result, fixed by the commitment, the revealed nonce and what the source said."""
    body = commitment.body
    if not hmac.compare_digest(hash_nonce(nonce), body["nonce_sha256"]):
        raise DrawError("随机数与承诺不符，抽取无效。")
    if not canonical_text(source_text):
        raise DrawError("公开随机源的内容为空。")
    message = "\n".join((VERSION, commitment.sha256, nonce, canonical_text(source_text)))
    seed = hashlib.sha256(message.encode()).digest()
    keys = {
        id_: hmac.new(seed, id_.encode(), hashlib.sha256).hexdigest() for id_ in commitment.eligible
    }
    order = sorted(keys, key=lambda id_: (keys[id_], id_))
    k = body["k"]
    return DrawResult(
        seed.hex(), {id_: keys[id_] for id_ in order}, tuple(order[:k]), tuple(order[k:])
    )


def verify(
    text: str, sha256: str, nonce: str, source_text: str, chosen: Iterable[str]
) -> DrawResult:
    """Recompute a published draw from its published parts; DrawError when anything differs."""
    commitment = Commitment(text, hashlib.sha256(text.encode()).hexdigest())
    if commitment.sha256 != sha256:
        raise DrawError("承诺的内容与公布的校验值不符。")
    result = draw(commitment, nonce, source_text)
    if tuple(chosen) != result.chosen:
        raise DrawError("重新计算的抽取结果与公布的结果不同。")
    return result


def bits_needed(n: int, k: int) -> float:
    """Bits of randomness that the public source must have for k out of n."""
    return math.log2(math.comb(n, k))
