"""Which disk a file is on, by the system's table of mounts."""

from pathlib import Path

import pytest

from codeact_jupyter.store.disks import kind_of, shared

TABLE = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /home rw,nosuid shared:2 master:1 - nfs4 server:/export/home rw,vers=4.2
24 23 0:22 / /home/me/local rw - xfs /dev/vdb rw
25 22 0:23 / /mnt/with\040space rw - cifs //server/share rw
26 22 0:24 / /sshfs rw - fuse.sshfs me@server:/ rw
27 22 0:25 / /over rw - nfs server:/ rw
28 27 0:26 / /over rw - tmpfs tmpfs rw
29 22 0:27 / /disk rw - fuseblk /dev/sdb1 rw
nonsense
"""


@pytest.mark.parametrize(
    "path, kind, networked",
    [
        ("/", "ext4", False),
        ("/var/lib/x", "ext4", False),
        ("/home", "nfs4", True),
        ("/home/me/.local/share/jupyter/codeact/store.sqlite", "nfs4", True),
        ("/home/me/local/x", "xfs", False),
        ("/homework/x", "ext4", False),
        ("/mnt/with space/x", "cifs", True),
        ("/sshfs/x", "fuse.sshfs", True),
        ("/over/x", "tmpfs", False),
        ("/disk/x", "fuseblk", False),
    ],
)
def test_the_disk_of_a_path_is_the_one_mounted_last_and_nearest(tmp_path, path, kind, networked):
    assert kind_of(Path(path), TABLE) == kind
    (tmp_path / "mounts").write_text(TABLE.replace(" / / rw", f" / {Path(path).resolve().anchor} rw"))
    assert shared(Path(path), tmp_path / "mounts") is networked


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "lustre", "gpfs", "beegfs", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"]
)
def test_disks_that_other_machines_have_a_hand_in(tmp_path, kind):
    (tmp_path / "mounts").write_text(f"1 0 0:1 / / rw - {kind} somewhere rw\n")
    assert shared(tmp_path / "store.sqlite", tmp_path / "mounts")


def test_without_a_table_nothing_is_known(tmp_path):
    assert not shared(tmp_path, tmp_path / "nothing here")
    assert kind_of(tmp_path, "") == ""


def test_a_link_is_followed_to_the_disk_it_leads_to(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    (tmp_path / "mounts").write_text(f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path / 'far'} rw - nfs x rw\n")
    assert shared(tmp_path / "link" / "store.sqlite", tmp_path / "mounts")
    assert not shared(tmp_path / "store.sqlite", tmp_path / "mounts")
