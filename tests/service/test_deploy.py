"""What is given to machines of others: it parses, names real settings and roles, and holds no secret."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from packshot.cli.app import app
from packshot.errors import BadOption
from packshot.service.serving import Role
from packshot.service.settings import OTHERS, PREFIX, Settings, from_environment

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(
    path
    for path in DEPLOY.rglob("*")
    if path.is_file()
    and path.parent.name != "ray"
    and path.name != ".env"
    and "__pycache__" not in path.parts
)
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KNOWN = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + name for name in OTHERS}


def objects() -> list[dict[str, Any]]:
    return [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text("utf8"))]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in objects() if one["kind"] == kind}


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in objects():
        if one["kind"] in ("Deployment", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf8"))
    return parsed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    named = set(re.findall(r"PACKSHOT_[A-Z_]+", path.read_text("utf8")))
    assert named <= KNOWN, named - KNOWN


def test_every_command_starts_a_real_role() -> None:
    given = [container["args"] for _, pod in pods() for container in pod["containers"]]
    given += [
        service["command"] for name, service in compose()["services"].items() if name in ("web", "worker")
    ]
    assert len(given) == 5
    for words in given:
        assert words[:2] == ["serve", "--role"]
        assert words[2] in list(Role)
    assert {words[2] for words in given} == {Role.WEB, Role.WORKER, Role.MIGRATE}


def test_no_secret_is_given_to_begin_with() -> None:
    assert set(of_kind("Secret")["packshot"]["stringData"].values()) == {""}
    for line in (DEPLOY / "env.example").read_text("utf8").splitlines():
        name, _, value = line.partition("=")
        assert line.startswith("#") or not value or name == "PACKSHOT_TRUST_PROXY"
    for service in compose()["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("SECRET|PASSWORD", name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{name} must be asked for"


def test_what_pods_refer_to_is_there() -> None:
    settings, secrets = of_kind("ConfigMap"), of_kind("Secret")
    images = set()
    for name, pod in pods():
        (container,) = pod["containers"]
        images.add(container["image"])
        for source in container["envFrom"]:
            (kind, reference), *_ = source.items()
            assert reference["name"] in (settings if kind == "configMapRef" else secrets), name
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted <= {volume["name"] for volume in pod["volumes"]}
    assert len(images) == 1
    deployments = of_kind("Deployment")
    for one in of_kind("HorizontalPodAutoscaler").values():
        assert one["spec"]["scaleTargetRef"]["name"] in deployments
    web = deployments["packshot-web"]["spec"]["template"]
    for one in (*of_kind("Service").values(), *of_kind("PodDisruptionBudget").values()):
        chosen = one["spec"]["selector"]
        assert (chosen.get("matchLabels") or chosen).items() <= web["metadata"]["labels"].items()
    for deployment in deployments.values():
        chosen = deployment["spec"]["selector"]["matchLabels"]
        assert chosen.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_pods_are_shut_in() -> None:
    for name, pod in pods():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert container["securityContext"]["readOnlyRootFilesystem"], name
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
        assert container["resources"]["limits"]["memory"], name


def test_web_pods_are_asked_whether_they_are_ready_and_have_time_to_end() -> None:
    pod = dict(pods())["packshot-web"]
    (container,) = pod["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": Settings().port}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    worker = dict(pods())["packshot-worker"]
    assert worker["terminationGracePeriodSeconds"] > Settings().photo_seconds


def test_what_kustomize_takes_is_there() -> None:
    named = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text("utf8"))["resources"]
    here = {path.name for path in MANIFESTS}
    assert set(named) == here - {"kustomization.yaml", "secret.example.yaml"}


def test_the_settings_of_the_manifests_make_sense_together() -> None:
    """Filled in, they start; as they come, the missing secret is told."""
    given = dict(of_kind("ConfigMap")["packshot"]["data"])
    with pytest.raises(BadOption, match="PACKSHOT_SECRET"):
        from_environment({**given, **of_kind("Secret")["packshot"]["stringData"]})
    settings = from_environment(
        {**given, "PACKSHOT_SECRET": "0123456789abcdef" * 2, "PACKSHOT_DATABASE": "postgresql://a:b@c/d"}
    )
    assert settings.people_sign_in


def test_the_image_runs_as_nobody_and_installs_wheels_only() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf8")
    last = text.rpartition("\nFROM ")[2]
    assert "--only-binary=:all:" in last
    assert re.search(r"^USER \d+$", last, re.MULTILINE)
    assert f"EXPOSE {Settings().port}" in last
    assert "HEALTHCHECK" in last
    copied = re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE)
    sources = {name for line in copied for name in line.split()[:-1]}
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text("utf8").split()
    assert all((DEPLOY.parent / name).exists() and f"!{name}" in allowed for name in sources)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "packshot.service").read_text("utf8")
    command = re.search(r"^ExecStart=(\S+) serve$", unit, re.MULTILINE)
    assert command
    here = tmp_path / "packshot.service"
    here.write_text(unit.replace(command[1], "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "packshot.service" not in done.stderr


@pytest.mark.parametrize("role", ["web", "worker"])
def test_roles_that_start_alone_want_the_secret_that_all_share(role: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["serve", "--role", role, "--data", str(tmp_path), "--lang", "en"])
    assert done.exit_code == 2
    assert "PACKSHOT_SECRET" in done.output
    assert not (tmp_path / "secret").exists()


def test_migrate_makes_the_tables_and_ends(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["serve", "--role", "migrate", "--data", str(tmp_path), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "packshot.db").exists()
