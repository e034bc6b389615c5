"""What the gate knows of a value: records of which models, or what is built of records."""
import ast
import dataclasses


@dataclasses.dataclass(frozen=True)
class Records:
    models: frozenset


@dataclasses.dataclass(frozen=True)
class Values:
    """A dict of values for records of these models: what create and write get."""

    models: frozenset


@dataclasses.dataclass(frozen=True)
class Plain:
    """Known to be no record: text, a number, a date, what an import gives."""


@dataclasses.dataclass(frozen=True)
class Environment:
    pass


@dataclasses.dataclass(frozen=True)
class Sequence:
    of: object = None


@dataclasses.dataclass(frozen=True)
class Mapping:
    key: object = None
    of: object = None
    keys: frozenset = frozenset()    # of (reader, line, text), as far as spelled


@dataclasses.dataclass(frozen=True)
class Several:
    """A tuple."""

    of: tuple


@dataclasses.dataclass(frozen=True)
class Domain:
    paths: frozenset = frozenset()    # of (reader, line, text)


@dataclasses.dataclass(frozen=True)
class Function:
    node: object


PLAIN, ENV = Plain(), Environment()


def records(*models):
    return Records(frozenset(models))


def join(first, second):
    """What is known of a value that may be either."""
    if first == second or second is None or isinstance(second, Plain):
        return first if first is not None else second
    if first is None or isinstance(first, Plain):
        return second
    if type(first) is not type(second):
        return first
    if isinstance(first, (Records, Values)):
        return type(first)(first.models | second.models)
    if isinstance(first, Sequence):
        return Sequence(join(first.of, second.of))
    if isinstance(first, Mapping):
        return Mapping(join(first.key, second.key), join(first.of, second.of), first.keys | second.keys)
    if isinstance(first, Several) and len(first.of) == len(second.of):
        return Several(tuple(join(*pair) for pair in zip(first.of, second.of, strict=True)))
    if isinstance(first, Domain):
        return Domain(first.paths | second.paths)
    return first


def joined(kinds):
    result = None
    for kind in kinds:
        result = join(result, kind)
    return result


def element(kind):
    """What iterating over a value gives."""
    if isinstance(kind, Records):
        return kind
    if isinstance(kind, Sequence):
        return kind.of
    if isinstance(kind, Mapping):
        return kind.key
    if isinstance(kind, Several):
        return joined(kind.of)
    return PLAIN if isinstance(kind, (Plain, Values)) else None


class Scope:
    """Names of a function or an expression, and what is known of them."""

    def __init__(self, outer=None, names=None, record=None, owner=None):
        self.outer, self.names = outer, dict(names or {})
        # records whose fields stand for names that nobody binds, as in the attributes of a view
        self.record = record if record is not None else outer.record if outer else None
        self.owner = owner or (outer.owner if outer else None)    # the model whose class this is in

    def get(self, name):
        """(whether somebody binds the name, what is known of it)"""
        scope = self
        while scope:
            if name in scope.names:
                return True, scope.names[name]
            scope = scope.outer
        return False, None

    def set(self, name, kind):
        self.names[name] = kind

    def add(self, name, kind):
        """Add to what is known of a name, where it is bound."""
        scope = self
        while scope and name not in scope.names:
            scope = scope.outer
        scope = scope or self
        scope.names[name] = join(scope.names.get(name), kind)


def parameters(arguments):
    """The names of a function's parameters, without * and **."""
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]


def decorators(node):
    """Names of the decorators of a function: ("depends", its call) of ``@api.depends(…)``."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        target = call.func if call else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        yield name, call
