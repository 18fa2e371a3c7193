import sqlite3
import threading

import pytest

from rehearsal.inventory import Handle, Inventory, InventoryError, Object, Reference, Scope, TakenError

TOKYO = Scope("aws", "1111", "ap-northeast-1")
VIRGINIA = Scope("aws", "1111", "us-east-1")


@pytest.fixture
def inventory(tmp_path):
    with Inventory(tmp_path / "inventory.sqlite") as opened:
        yield opened


def thing(id_, type_="vpc", scope=TOKYO, **outputs):
    return Object(scope, type_, id_, id_, f"urn::{id_}", 1, {"cidr": "10.0.0.0/16"}, {"cidr": "10.0.0.0/16", **outputs})


def handle(id_, scope=TOKYO, kind="id"):
    return Handle("vpc", kind, id_, scope.account, scope.region)


def test_what_one_process_writes_another_one_reads(tmp_path):
    path = tmp_path / "inventory.sqlite"
    with Inventory(path) as writer, Inventory(path) as reader:
        writer.insert(thing("vpc-1"), [handle("vpc-1")], [])
        assert [found.id for found in reader.list("aws")] == ["vpc-1"]


def test_a_file_of_another_layout_is_refused_with_the_way_on(tmp_path):
    path = tmp_path / "inventory.sqlite"
    with sqlite3.connect(path) as older:
        older.execute("CREATE TABLE object (id TEXT)")
    older.close()
    with pytest.raises(InventoryError, match=r"was written by another version of the rehearsal .*begin anew"):
        Inventory(path)


def test_objects_are_filtered_and_counted(inventory):
    inventory.insert(thing("vpc-1"), [], [])
    inventory.insert(thing("vpc-2", scope=VIRGINIA), [], [])
    inventory.insert(thing("igw-1", type_="igw"), [], [])
    assert [found.id for found in inventory.list(type="vpc", region="us-east-1")] == ["vpc-2"]
    assert (inventory.count(), inventory.count("aws", "vpc"), inventory.count("gcp")) == (3, 2, 0)


def test_an_id_that_names_several_objects_asks_which_one(inventory):
    inventory.insert(thing("default"), [], [])
    inventory.insert(thing("default", scope=VIRGINIA), [], [])
    with pytest.raises(LookupError, match=r"'default' names 2 objects .*say which type, account or region"):
        inventory.get("aws", "default")
    assert inventory.get("aws", "default", region="us-east-1").scope == VIRGINIA
    assert inventory.get("aws", "nothing") is None


def test_drift_changes_outputs_and_the_input_behind_them(inventory):
    vpc = inventory.insert(thing("vpc-1", arn="arn:1"), [], [])
    inventory.edit(vpc, "cidr", "10.9.0.0/16")
    changed = inventory.edit(vpc, "arn", "arn:2")
    assert changed.inputs == {"cidr": "10.9.0.0/16"}
    assert changed.outputs == {"cidr": "10.9.0.0/16", "arn": "arn:2"}


def test_drift_of_a_property_that_is_not_there_names_the_ones_that_are(inventory):
    vpc = inventory.insert(thing("vpc-1"), [], [])
    with pytest.raises(LookupError, match="vpc vpc-1 has no property 'cird'; it has: cidr"):
        inventory.edit(vpc, "cird", "x")


def test_a_handle_belongs_to_one_object_of_a_scope(inventory):
    inventory.insert(thing("vpc-1"), [handle("shop", kind="name")], [])
    inventory.insert(thing("vpc-2", scope=VIRGINIA), [handle("shop", VIRGINIA, "name")], [])
    with pytest.raises(TakenError):
        inventory.insert(thing("vpc-3"), [handle("shop", kind="name")], [])
    assert inventory.count() == 2, "the refused object must leave nothing behind"
    assert inventory.elsewhere("aws", Handle("vpc", "name", "shop", "", "")) == TOKYO


def test_references_tell_who_keeps_an_object(inventory):
    vpc = inventory.insert(thing("vpc-1"), [handle("vpc-1")], [])
    inventory.insert(thing("subnet-1", type_="subnet"), [], [Reference("vpcId", vpc.key)])
    inventory.insert(thing("log-1", type_="log"), [], [Reference("vpcId", vpc.key, blocks=False)])
    assert [(path, user.id) for path, user in inventory.blockers(vpc.key)] == [("vpcId", "subnet-1")]
    assert [user.id for user in inventory.referrers(vpc.key)] == ["subnet-1", "log-1"]
    assert inventory.referrers(vpc.key, type="log", property="other") == []
    inventory.remove(inventory.get("aws", "subnet-1"))
    assert inventory.blockers(vpc.key) == []


def test_a_urn_counts_its_creations(inventory):
    assert [inventory.next_generation("urn::a") for _ in range(3)] == [1, 2, 3]
    assert (inventory.latest_generation("urn::a"), inventory.latest_generation("urn::b")) == (3, 0)


def test_a_failed_transaction_leaves_nothing(inventory):
    def make_and_fail():
        with inventory.transaction():
            inventory.insert(thing("vpc-1"), [], [])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        make_and_fail()
    assert inventory.count() == 0


def test_threads_share_an_inventory(inventory):
    def make(start):
        for number in range(start, start + 50):
            inventory.insert(thing(f"vpc-{number}"), [handle(f"vpc-{number}")], [])

    workers = [threading.Thread(target=make, args=(start,)) for start in (0, 50, 100, 150)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert inventory.count() == 200
