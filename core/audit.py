"""The hash-chained record of every write.

``hash_n = SHA-256(hash_{n-1} | seq | canonical body)``. The chain is per tenant; the row lock on
its head orders the records. The application role may insert and read records, never change them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from core.models import AuditHead, AuditRecord


@dataclass(frozen=True)
class System:
    """The actor of what no person did: the worker, the operator's command line."""

    id: None = None
    user_id: None = None
    label: str = "系统"


SYSTEM = System()

# Every write of the product pays for its record: two statements, without the ORM's building of SQL.
_HEAD = "SELECT seq, hash, clock_timestamp() FROM core_audithead FOR UPDATE"
_APPEND = """
WITH head AS (UPDATE core_audithead SET seq = %(seq)s, hash = %(hash)s)
INSERT INTO core_auditrecord (id, tenant_id, seq, at, user_id, membership_id, actor, verb,
    object_type, object_id, body, prev_hash, hash)
VALUES (%(id)s, %(tenant_id)s, %(seq)s, %(at)s, %(user_id)s, %(membership_id)s, %(actor)s, %(verb)s,
    %(object_type)s, %(object_id)s, %(body)s, %(prev_hash)s, %(hash)s)
"""


def canonical(value: Any) -> str:
    """Return the one JSON text of ``value``: sorted keys, no spaces, str() of other types."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def sha256(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def link_hash(prev_hash: str, record: AuditRecord) -> str:
    body = canonical(
        {
            "at": record.at.timestamp(),
            "user": record.user_id,
            "membership": record.membership_id,
            "actor": record.actor,
            "verb": record.verb,
            "object": [record.object_type, record.object_id],
            "body": record.body,
        }
    )
    return sha256(f"{prev_hash}|{record.seq}|{body}")


def record(actor, verb: str, obj, **body) -> AuditRecord:
    """Append one record. Call it last in the service's transaction: it holds the chain's lock.

    ``actor`` has ``id`` (membership), ``user_id`` and ``label``; ``body`` must be JSON-able.
    """
    seq, prev_hash, at = _locked_head()
    row = AuditRecord(
        seq=seq + 1,
        at=at,
        user_id=actor.user_id,
        membership_id=actor.id,
        actor=actor.label,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        body=json.loads(canonical(body)),
        prev_hash=prev_hash,
    )
    row.hash = link_hash(prev_hash, row)
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, vars(row) | {"body": canonical(row.body)})
    return row


def _locked_head() -> tuple[int, str, datetime]:
    """(seq, hash, the moment under the lock); the policy leaves the one head of the tenant."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        head = cursor.fetchone()
        if head is None:
            AuditHead.objects.bulk_create([AuditHead()], ignore_conflicts=True)
            cursor.execute(_HEAD)
            head = cursor.fetchone()
    return head


@dataclass(frozen=True)
class Break:
    seq: int
    what: str

    def __str__(self) -> str:
        return f"第 {self.seq} 条：{self.what}"


def verify() -> Iterator[Break]:
    """Walk the chain of the current tenant and yield every break: edited, removed, inserted."""
    expected_seq, prev_hash, seen = 1, "", set()
    for row in AuditRecord.objects.order_by("seq", "at").iterator(chunk_size=2000):
        if row.seq in seen or row.seq < expected_seq:
            yield Break(row.seq, "多出一条记录")
            continue
        if row.seq > expected_seq:
            yield Break(expected_seq, f"缺少记录，直到第 {row.seq - 1} 条")
        elif row.prev_hash != prev_hash:
            yield Break(row.seq, "与前一条记录不相接")
        if link_hash(row.prev_hash, row) != row.hash:
            yield Break(row.seq, "内容被改动")
        seen.add(row.seq)
        expected_seq, prev_hash = row.seq + 1, row.hash
    head = AuditHead.objects.first()
    if head and (head.seq, head.hash) != (expected_seq - 1, prev_hash):
        yield Break(expected_seq, f"末尾与登记不符，登记为第 {head.seq} 条")
