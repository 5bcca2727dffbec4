"""The chain names what was edited, removed and inserted."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from core import audit
from core.tenancy import tenant_context
from tests.factories import cast


@pytest.fixture
def chained(committed_db):
    tenant = cast.make_tenant("yunzhou", "云州")
    with tenant_context(tenant.pk):
        for number in range(9):
            audit.record(audit.SYSTEM, "test.act", tenant, number=number)
    return tenant


def tamper(tenant, sql, *params):
    """As somebody with the database's keys in hand: the owner, row-level security lifted."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditrecord NO FORCE ROW LEVEL SECURITY")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE core_auditrecord FORCE ROW LEVEL SECURITY")
    with tenant_context(tenant.pk):
        return [str(found) for found in audit.verify()]


def test_untouched_chain_is_whole(chained, capsys):
    call_command("verify_audit", "yunzhou")
    assert "记录链完整，共 10 条" in capsys.readouterr().out


def test_edited_record_is_found(chained):
    found = tamper(chained, "UPDATE core_auditrecord SET actor = '他人' WHERE seq = 4")
    assert found == ["第 4 条：内容被改动"]
    with pytest.raises(CommandError, match="发现 1 处断裂"):
        call_command("verify_audit", "yunzhou")


def test_edited_record_with_its_hash_made_good_is_found(chained):
    with tenant_context(chained.pk):
        row = audit.AuditRecord.objects.get(seq=4)
        row.actor = "他人"
        forged = audit.link_hash(row.prev_hash, row)
    found = tamper(
        chained, "UPDATE core_auditrecord SET actor = '他人', hash = %s WHERE seq = 4", forged
    )
    assert found == ["第 5 条：与前一条记录不相接"]


def test_removed_record_is_found(chained):
    found = tamper(chained, "DELETE FROM core_auditrecord WHERE seq IN (4, 5)")
    assert found == ["第 4 条：缺少记录，直到第 5 条"]


def test_removed_tail_is_found(chained):
    found = tamper(chained, "DELETE FROM core_auditrecord WHERE seq = 10")
    assert found == ["第 10 条：末尾与登记不符，登记为第 10 条"]


def test_inserted_record_is_found(chained):
    copy = (
        "INSERT INTO core_auditrecord (id, tenant_id, seq, at, user_id, membership_id, actor, verb,"
        " object_type, object_id, body, prev_hash, hash) SELECT gen_random_uuid(), tenant_id, {},"
        " at, user_id, membership_id, actor, verb, object_type, object_id, body, prev_hash, hash"
        " FROM core_auditrecord WHERE seq = 10"
    )
    found = tamper(chained, copy.format(11))
    assert "第 11 条：与前一条记录不相接" in found
    assert "第 11 条：内容被改动" in found


def test_rolled_back_act_leaves_no_gap(chained):
    with pytest.raises(ZeroDivisionError), tenant_context(chained.pk):
        audit.record(audit.SYSTEM, "test.act", chained)
        raise ZeroDivisionError
    with tenant_context(chained.pk):
        audit.record(audit.SYSTEM, "test.act", chained)
        assert list(audit.verify()) == []
