# ruff: noqa: A002 -- `type` and `id` are what the protocol calls them
"""A cloud told by a catalogue: shapes from the SDK, facts from YAML, rules from small functions."""

import hashlib
import ipaddress
import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import grpc

from rehearsal import sdk_schema, values
from rehearsal.case import Case
from rehearsal.catalogue import UNLISTED, Autoname, Catalogue, PropertyFacts, TypeEntry, each
from rehearsal.cloud import Cloud, Provider, Resource, State, Values
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.inventory import Handle, Inventory, Object, Reference, Scope, TakenError
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.templates import noise, render
from rehearsal.values import UNKNOWN, Value, format_path, parse_path

WORLD = ""  # the account and region of what must be unique in the whole world


class DeclaredCloud(Cloud):
    """Interprets a catalogue. A subclass says how a provider is configured and what its constants are."""

    def __init__(self, inventory: Inventory, sdk: Sdk, catalogue: Catalogue) -> None:
        super().__init__(inventory)
        self.sdk, self.catalogue = sdk, catalogue
        self.version = sdk.version

    # --- what a cloud says of itself -------------------------------------------------------------------------------

    @abstractmethod
    def region_of(self, provider: Provider, inputs: Mapping[str, Any]) -> str:
        """Return the region a resource with these inputs goes to."""

    @abstractmethod
    def constants(self, provider: Provider, region: str) -> dict[str, str]:
        """Return what templates may name beside properties: at least `region` and `account`."""

    def common_outputs(self, provider: Provider, schema: ResourceSchema, case: Case) -> Values:  # noqa: ARG002
        """Return outputs every type of this cloud has (tags with the provider's defaults, the region ...)."""
        return {}

    def common_replacing(self) -> list[str]:
        """Name the properties that replace for every type of this cloud."""
        return []

    def already_exists(self, case: Case) -> str:
        """Say that an id is taken."""
        return f"AlreadyExists: {case.type} {case.id} already exists"

    # --- configuration ---------------------------------------------------------------------------------------------

    def check_config(self, config: Values) -> list[Problem]:
        """Check the shape; nested settings travel as JSON text, as Pulumi's providers have always taken them."""
        return sdk_schema.check(self.sdk.provider(), self.read_config(config))

    def read_config(self, config: Values) -> Values:
        """Open the JSON text of nested settings."""
        declared = self.sdk.provider().inputs
        return {
            name: _from_text(item) if name in declared and not declared[name].is_text else item
            for name, item in config.items()
            if name != "version"
        }

    # --- check -----------------------------------------------------------------------------------------------------

    def check(self, provider: Provider, resource: Resource, olds: Values, news: Values) -> tuple[Values, list[Problem]]:
        """Shape first, then values, then the rules of the phase `check`."""
        schema = self.sdk.resource(resource.type)
        if schema is None:
            known = suggestion(resource.type, self.sdk.tokens())
            text = f"{self.sdk.module} {self.version} has no resource type {resource.type}.{known}"
            return news, [Problem("", text)]
        entry = self.catalogue.entry(resource.type)
        inputs = self._named(_autoname_of(entry, schema), resource, olds, news)
        problems = [it for it in sdk_schema.check(schema, inputs) if not _listed(entry, inputs, it.path)]
        if not problems:  # each step may rely on the one before: values on their shape, rules on their values
            case = self._case(provider, resource, entry, inputs)
            problems = list(self._check_values(case)) or list(self._run("check", case))
        return inputs, problems

    def _named(self, auto: Autoname | None, resource: Resource, olds: Values, news: Values) -> Values:
        """Fill in a name where the cloud needs one and none is given; it stays as long as the object does."""
        if auto is None or news.get(auto.property) is not None:
            return news
        kept, prefix = olds.get(auto.property), news.get(f"{auto.property}Prefix")
        same_prefix = prefix == olds.get(f"{auto.property}Prefix")
        name = kept if isinstance(kept, str) and same_prefix else self._autoname(auto, prefix, resource)
        return {**news, auto.property: name}

    def _autoname(self, auto: Autoname, prefix: Value, resource: Resource) -> Value:
        if prefix is UNKNOWN:
            return UNKNOWN
        seed = f"{resource.urn}|{self.inventory.latest_generation(resource.urn) + 1}|name"
        if auto.guid:
            return noise(seed, "uuid")
        digits = hashlib.sha256(seed.encode()).hexdigest()[:7]
        stem = f"{auto.prefix}{resource.name}{auto.separator}" if prefix is None else str(prefix)
        name = stem[: auto.max - len(digits)] + digits
        return name.lower() if auto.lower else name

    def _check_values(self, case: Case) -> Iterator[Problem]:
        for pattern, facts in case.entry.properties.items():
            for path, value in values.find(case.properties, pattern):
                if not values.contains_unknown(value):
                    reason = self._refusal(facts, value)
                    if reason is not None:
                        yield Problem(format_path(path), _in_words(facts.error, value, case) or reason)

    def _refusal(self, facts: PropertyFacts, value: Value) -> str | None:
        if facts.pattern is not None and isinstance(value, str) and not re.fullmatch(facts.pattern, value):
            return f"{value!r} does not match {facts.pattern}"
        size, unit = (len(value), " characters") if isinstance(value, str | list) else (value, "")
        if facts.min is not None and size < facts.min:
            return f"{value!r} is below the minimum of {facts.min:g}{unit}"
        if facts.max is not None and size > facts.max:
            return f"{value!r} is above the maximum of {facts.max:g}{unit}"
        if facts.one_of is not None:
            allowed = self.catalogue.fact(facts.one_of) if isinstance(facts.one_of, str) else facts.one_of
            if value not in allowed:
                near = suggestion(value, map(str, allowed)) if isinstance(value, str) else ""
                return f"{value!r} is not offered.{near or ' Offered: ' + ', '.join(map(str, allowed))}"
        if facts.format is not None and isinstance(value, str):
            return _FORMATS[facts.format](value)
        return None

    def _run(self, phase: str, case: Case) -> Iterator[Problem]:
        for name in case.entry.rules.get(phase, ()):
            yield from self.catalogue.function(name)(case)

    # --- diff ------------------------------------------------------------------------------------------------------

    def replacing(self, type: str) -> Iterable[str]:
        """Name the properties that cannot be changed in place."""
        return [*self.common_replacing(), *self.catalogue.entry(type).replacing]

    def deletes_first(self, resource: Resource, old_inputs: Values, news: Values) -> bool:
        """Old and new cannot stand together when the type says so, or when the program gave both the same name."""
        entry = self.catalogue.entry(resource.type)
        auto = entry.autoname
        return entry.delete_first or (
            auto is not None
            and old_inputs.get(auto.property) == news.get(auto.property)
            and re.search(r"-[0-9a-f]{7}$", str(news.get(auto.property))) is None
        )

    # --- life of an object -----------------------------------------------------------------------------------------

    def create(self, provider: Provider, resource: Resource, inputs: Values, *, preview: bool) -> State:
        """Refuse what the inventory forbids, then compute the outputs and remember the object."""
        entry = self.catalogue.entry(resource.type)
        if preview:
            case = self._case(provider, resource, entry, inputs)
            return State("", inputs, self._outputs(provider, case, inputs, preview_of_new=True))
        with self.inventory.transaction():
            generation = self.inventory.next_generation(resource.urn)
            case = self._case(provider, resource, entry, inputs, generation=generation)
            references = self._references(case)
            _refuse(self._run("create", case))
            case, outputs = self._identified(provider, case, inputs)
            if entry.adopts and (standing := case.find(resource.type, str(case.id))):
                self.inventory.remove(standing)
            name = next((str(outputs[key]) for key in ("name", "identifier") if key in outputs), resource.name)
            thing = Object(case.scope, resource.type, str(case.id), name, resource.urn, generation, inputs, outputs)
            self._remember(case, outputs, lambda handles: self.inventory.insert(thing, handles, references))
            return State(thing.id, inputs, outputs)

    def _identified(self, provider: Provider, case: Case, inputs: Values) -> tuple[Case, Values]:
        """Give the object its id. An id may come from outputs (an ARN), outputs from the id: the id is tried first."""
        id_ = render(case.entry.id, case.lookup, case.seed, "id")
        if not isinstance(id_, str):
            outputs = self._outputs(provider, case, inputs)
            id_ = render(case.entry.id, replace(case, properties=outputs).lookup, case.seed, "id")
        case = replace(case, id=str(id_))
        return case, self._outputs(provider, case, inputs)

    def read(self, provider: Provider, resource: Resource, id: str, state: Values) -> State | None:
        """Return what the inventory holds: the inputs it was made with, changed by whatever drifted since."""
        entry = self.catalogue.entry(resource.type)
        id_, _, region = id.partition("@") if not state else (id, "", "")
        known = {"region": region} if region else state
        case = self._case(provider, resource, entry, known)
        found = self.inventory.resolve(self.package, _own(case, id_))
        for kind in () if state else entry.handles:  # an import may name it as the cloud's own tools do
            found = found or case.find(resource.type, id_, kind)
        if found is None:
            return None
        schema = self.sdk.resource(resource.type)
        case = self._case(provider, resource, entry, found.inputs, old=found)
        untouched = self._outputs(provider, case, found.inputs)
        drifted = {
            name: found.outputs.get(name)
            for name in (schema.inputs if schema else ())
            if name not in found.inputs and found.outputs.get(name) != untouched.get(name)
        }
        return State(found.id, {**found.inputs, **drifted}, found.outputs)

    def update(self, provider: Provider, resource: Resource, state: State, news: Values, *, preview: bool) -> Values:
        """Refuse what the inventory forbids, then recompute the outputs; what is deterministic stays."""
        entry = self.catalogue.entry(resource.type)
        with self.inventory.transaction():
            found = self.inventory.resolve(
                self.package, _own(self._case(provider, resource, entry, {**state.outputs, **news}), state.id)
            )
            if found is None:
                if preview:
                    return {**state.outputs, **news}
                raise _gone(resource, state.id)
            case = self._case(provider, resource, entry, news, old=found)
            if preview:
                return self._outputs(provider, case, news)
            references = self._references(case)
            _refuse(self._run("update", case))
            outputs = self._outputs(provider, case, news)
            self._remember(
                case, outputs, lambda handles: self.inventory.update(found.key, news, outputs, handles, references)
            )
            return outputs

    def delete(self, provider: Provider, resource: Resource, state: State) -> None:
        """Refuse what is protected or in use; forget the rest."""
        entry = self.catalogue.entry(resource.type)
        with self.inventory.transaction():
            found = self.inventory.resolve(
                self.package, _own(self._case(provider, resource, entry, state.outputs), state.id)
            )
            if found is None:
                return
            case = self._case(provider, resource, entry, found.inputs, old=found)
            case = replace(case, properties={**found.inputs, **found.outputs})
            _refuse([*self._protected(case), *self._run("delete", case)])
            users = self.inventory.blockers(found.key) if entry.in_use else []
            if entry.in_use and users:
                by = ", ".join(f"{_kind(user)} {user.id} ({path})" for path, user in users)
                words = render(entry.in_use, case.lookup, case.seed)
                raise CloudError(f"{words} [in use by {by}]")
            self._end(case, found)

    def _protected(self, case: Case) -> Iterable[Problem]:  # noqa: ARG002
        """Say what keeps a thing of any type of this cloud from being destroyed."""
        return ()

    def _end(self, case: Case, found: Object) -> None:
        """Take a thing away with what ends with it; what only Pulumi forgets stays."""
        if case.entry.stays is not None:
            self.inventory.rewrite(found, found.inputs, {**found.outputs, **case.entry.stays})
            return
        self.inventory.remove(found)
        for package, templates in case.entry.empties.items():
            for template in each(templates):
                self.inventory.remove_account(package, str(render(template, case.lookup, case.seed)))

    # --- parts -----------------------------------------------------------------------------------------------------

    def _case(
        self,
        provider: Provider,
        resource: Resource,
        entry: TypeEntry,
        inputs: Values,
        *,
        generation: int = 0,
        old: Object | None = None,
    ) -> Case:
        region = self.region_of(provider, inputs)
        scope = Scope(self.package, provider.account, region if entry.regional else "global")
        return Case(
            type=resource.type,
            entry=entry,
            scope=scope,
            inventory=self.inventory,
            catalogue=self.catalogue,
            constants=self.constants(provider, region),
            properties=_with_defaults(entry, inputs),
            old=old,
            id=old.id if old else None,
            urn=old.urn if old else resource.urn,
            generation=old.generation if old else generation,
        )

    def _outputs(self, provider: Provider, case: Case, inputs: Values, *, preview_of_new: bool = False) -> Values:
        """Lay the inputs over what the cloud computes and assumes."""
        schema = self.sdk.known(case.type)
        outputs = dict(case.properties)
        for name, template in case.entry.outputs.items():
            if name not in inputs or isinstance(template, dict):
                filled = render(template, replace(case, properties=outputs).lookup, case.seed, name)
                outputs[name] = values.merge(filled, outputs[name]) if name in outputs else filled
        if case.entry.computed_by and not preview_of_new:
            if values.contains_unknown(inputs):  # a preview of an update: what was computed stays
                outputs = {**(case.old.outputs if case.old else {}), **outputs}
            else:
                outputs = values.merge(outputs, self.catalogue.function(case.entry.computed_by)(case))
        outputs |= self.common_outputs(provider, schema, replace(case, properties=outputs))
        if preview_of_new:
            for path in case.entry.known_after:
                if isinstance(values.get(outputs, path.rpartition(".")[0]), dict):
                    outputs = values.put(outputs, path, UNKNOWN)
            always = {name for name, certain in schema.outputs.items() if certain and name not in outputs}
            outputs |= dict.fromkeys(always | set(schema.computed) & (schema.outputs.keys() - {"tagsAll"}), UNKNOWN)
        return {name: item for name, item in outputs.items() if item is not None and name in schema.outputs}

    def _references(self, case: Case) -> list[Reference]:
        """Resolve every reference; what names nothing is refused in the cloud's own words."""
        found = []
        for path, facts, value, target in case.references():
            if target is None:
                raise CloudError(self._missing(case, facts, value), grpc.StatusCode.NOT_FOUND)
            found.append(Reference(format_path(path), target.key, facts.blocks))
        return found

    def _missing(self, case: Case, facts: PropertyFacts, value: str) -> str:
        words = _in_words(facts.missing, value, case) or f"NotFound: {facts.targets[0]} {value!r} does not exist"
        for type_ in facts.targets:
            for kind in facts.kinds:
                place = self.inventory.elsewhere(self.package, Handle(type_, kind, value, "", ""))
                if place:
                    here = case.scope_of(type_, facts.region)
                    return f"{words} [it exists in {place.account}/{place.region}, not in {here.account}/{here.region}]"
        return words

    def _remember(self, case: Case, outputs: Values, write: Callable[[list[Handle]], Object]) -> None:
        """Write the object with its handles; a taken one is refused in the cloud's own words."""
        full = replace(case, properties={**case.properties, **outputs})  # what names a thing need not come back
        entry, scope = case.entry, case.scope
        handles: list[Handle] = []  # what must be unique comes first: it has words of the cloud's own
        errors: dict[Handle, str] = {}
        for unique in entry.unique:
            world = unique.scope == "world"
            account, region = (WORLD, WORLD) if world else (scope.account, scope.region)
            for value in [None] if unique.each is None else full.all(unique.each):
                text = _in_words(unique.by, value, full)
                if text is not None:
                    handle = Handle(case.type, f"unique:{unique.by}", str(text), account, region)
                    handles.append(handle)
                    errors[handle] = str(_in_words(unique.error, value, full))
        for kind, template in entry.handles.items():
            text = render(template, full.lookup, full.seed, kind)
            if isinstance(text, str):
                handles.append(Handle(case.type, kind, text, scope.account, scope.region))
        for type_, templates in entry.also.items():
            place = case.scope_of(type_)
            for template in each(templates):
                text = render(template, full.lookup, full.seed, type_)
                if isinstance(text, str):
                    handles.append(Handle(type_, "id", text, place.account, place.region))
        try:
            write([*dict.fromkeys([*handles, _own(case)])])
        except TakenError as taken:
            words = errors.get(taken.handle) or self.already_exists(case)
            raise CloudError(words, grpc.StatusCode.ALREADY_EXISTS) from None


def _autoname_of(entry: TypeEntry, schema: ResourceSchema) -> Autoname | None:
    """Pulumi's providers name whatever has an optional name that the cloud always gives back."""
    name = schema.inputs.get("name")
    if entry is UNLISTED and name is not None and not name.required and schema.outputs.get("name"):
        return Autoname()
    return entry.autoname


def _listed(entry: TypeEntry, inputs: Values, path: str) -> bool:
    """Tell whether the entry itself judges a given value: an SDK may put one enum where two are meant."""
    steps = parse_path(path) if path else ()
    given = bool(steps) and isinstance(values.get(inputs, path), str)
    return given and any(len(steps) == len(pattern) and values.matches(steps, pattern) for pattern in entry.enumerated)


def _own(case: Case, id_: str | None = None) -> Handle:
    return Handle(case.type, "id", id_ or str(case.id), case.scope.account, case.scope.region)


def _gone(resource: Resource, id_: str) -> CloudError:
    return CloudError(f"NotFound: {resource.type} {id_} does not exist any more", grpc.StatusCode.NOT_FOUND)


def _kind(thing: Object) -> str:
    return thing.type.rpartition(":")[2]


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise CloudError("; ".join(problem.reason for problem in found))


def _in_words(template: str | None, value: Value, case: Case) -> str | None:
    if template is None:
        return None
    return render(template, lambda name: value if name == "value" else case.lookup(name), case.seed)


def _with_defaults(entry: TypeEntry, inputs: Values) -> Values:
    """Lay inputs over defaults; the default of a nested property holds only where its parent is given."""
    filled = dict(inputs)
    for pattern, facts in entry.properties.items():
        if facts.default is None:
            continue
        *parents, last = parse_path(pattern)
        for path, parent in list(values.find(filled, tuple(parents))):
            if isinstance(parent, dict) and parent.get(str(last)) is None:
                filled = values.put(filled, format_path((*path, last)), facts.default)
    return filled


def _from_text(value: Value) -> Value:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _cidr(value: str) -> str | None:
    try:
        ipaddress.ip_network(value)
    except ValueError as mistake:
        return f"{value!r} is not a network in CIDR form: {mistake}"
    return None


def _json(value: str) -> str | None:
    try:
        json.loads(value)
    except ValueError as mistake:
        return f"contains an invalid JSON: {mistake}"
    return None


def _ip(value: str) -> str | None:
    try:
        ipaddress.ip_address(value)
    except ValueError as mistake:
        return str(mistake)
    return None


def guid_problem(value: str) -> str | None:
    """Say what is wrong with a GUID, None where nothing is."""
    if re.fullmatch(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", value):
        return None
    return f"{value!r} is not a GUID like 00000000-1111-2222-3333-444444444444"


def _arn(value: str) -> str | None:
    if re.fullmatch(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+", value):
        return None
    return f"({value}) is an invalid ARN: arn:partition:service:region:account:resource is expected"


_FORMATS: Mapping[str, Callable[[str], str | None]] = {
    "cidr": _cidr, "ip": _ip, "json": _json, "arn": _arn, "guid": guid_problem,
}  # fmt: skip
