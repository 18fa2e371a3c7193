from contextlib import suppress
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from rehearsal import stacks

SETTINGS = """\
# yaml-language-server: $schema=schemas/stack.schema.json
config:
  platform:account: "012345678901" # digits, not a number
  platform:on: [yes, no]
  platform:token: { secure: AAABsealed }
  platform:nested:
    password:
      secure: AAABalso
    secure-by-design: true
secretsprovider: awskms://alias/platform
encryptedkey: AAAB
"""


@pytest.fixture
def project(tmp_path: Path) -> stacks.Project:
    (tmp_path / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(SETTINGS)
    found = stacks.find_project(tmp_path / "deep" / "inside")
    assert found
    return found


def test_a_project_is_found_from_any_folder_inside_it(project: stacks.Project, tmp_path: Path) -> None:
    assert (project.folder, project.name, project.described_stacks()) == (tmp_path, "sample", ["dev"])
    assert stacks.find_project(Path("/")) is None


def test_a_project_may_keep_its_settings_files_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: sample\nruntime: python\nstackConfigDir: stacks\n")
    found = stacks.find_project(tmp_path)
    assert found
    assert found.settings_file("dev") == tmp_path / "stacks" / "Pulumi.dev.yaml"


def test_the_rehearsals_copy_has_its_own_key_and_every_value_but_the_sealed_ones() -> None:
    text, replaced = stacks.rehearsed_settings(SETTINGS, "Pulumi.dev.yaml")
    copy, original = YAML(typ="safe").load(text), YAML(typ="safe").load(SETTINGS)
    assert replaced == 2
    assert copy.pop("encryptionsalt") == stacks.SALT
    sealed = {copy["config"]["platform:token"]["secure"], copy["config"]["platform:nested"]["password"]["secure"]}
    assert len(sealed) == 1
    assert not sealed & {"AAABsealed", "AAABalso"}
    for config in (copy["config"], original["config"]):
        del config["platform:token"], config["platform:nested"]["password"]
    assert copy == {"config": original["config"]}


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_settings_file_is_a_stack_without_settings(text: str) -> None:
    assert stacks.rehearsed_settings(text, "Pulumi.dev.yaml")[1] == 0


@pytest.mark.parametrize(("text", "said"), [("config: [", "is not valid YAML"), ("- a\n", "must be a mapping")])
def test_a_settings_file_that_is_none_is_named(text: str, said: str) -> None:
    with pytest.raises(stacks.StackError, match=f"Pulumi.dev.yaml {said}"):
        stacks.rehearsed_settings(text, "Pulumi.dev.yaml")


def test_settings_files_are_put_back_whatever_a_command_did(project: stacks.Project, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.gone.yaml").write_text("config: {}\n")
    with suppress(KeyboardInterrupt), stacks.untouched(project, keep_edits=False):
        (tmp_path / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {stacks.SALT}\n")
        (tmp_path / "Pulumi.gone.yaml").unlink()
        (tmp_path / "Pulumi.new.yaml").write_text(f"encryptionsalt: {stacks.SALT}\n")
        raise KeyboardInterrupt
    assert (tmp_path / "Pulumi.dev.yaml").read_text() == SETTINGS
    assert project.described_stacks() == ["dev", "gone"]


def test_an_edit_is_kept_without_the_rehearsals_key(project: stacks.Project, tmp_path: Path) -> None:
    with stacks.untouched(project, keep_edits=True):
        (tmp_path / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {stacks.SALT}\n{SETTINGS}added: 1\n")
        (tmp_path / "Pulumi.new.yaml").write_text(f"encryptionsalt: {stacks.SALT}\n")
    assert (tmp_path / "Pulumi.dev.yaml").read_text() == f"{SETTINGS}added: 1\n"
    assert project.described_stacks() == ["dev"]


def test_the_selected_stack_is_none_until_one_is_selected(project: stacks.Project, tmp_path: Path) -> None:
    assert stacks.selected_stack(project, tmp_path / "pulumi") is None
