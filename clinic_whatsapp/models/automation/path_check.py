"""What is wrong with a path of fields or a condition that a manager wrote, in words that name the place.

Both are read without rules when messages are planned. So they may lead only where their author may read himself, and
only over single records: a list could hold rows of another branch.
"""

import ast

from odoo.fields import Domain

DATES = ("date", "datetime")
NESTED = ("any", "not any", "any!", "not any!")


def find_path_problem(model, path, types, comodel=None):
    """Return why a path does not lead from a model to a field, as a sentence; None when it does.

    :param model: an empty recordset, with the rights of whoever wrote the path
    :param tuple types: of the last field
    :param str | None comodel: where the last field leads
    """
    here = model
    *steps, last = path.split(".")
    for name in steps:
        if problem := _find_field_problem(here, name):
            return problem
        field = here._fields[name]
        if field.type != "many2one":
            return _tell_many(here, name)
        here = here.env[field.comodel_name]
    if problem := _find_field_problem(here, last):
        return problem
    field = here._fields[last]
    if field.type not in types or (comodel and field.comodel_name != comodel):
        wanted = here.env[comodel]._description if comodel else model.env._("a date")
        return model.env._(
            "“%(field)s” of %(model)s is not what is asked for: %(wanted)s.",
            field=last,
            model=here._description,
            wanted=wanted,
        )
    return None


def _tell_many(model, name):
    return model.env._("“%(field)s” of %(model)s leads to no single record.", field=name, model=model._description)


def _find_field_problem(model, name):
    field = model._fields.get(name)
    if not field:
        return model.env._("%(model)s has no field “%(field)s”.", field=name, model=model._description)
    if not (model.has_access("read") and model._has_field_access(field, "read")):
        return model.env._("You may not read “%(field)s” of %(model)s.", field=name, model=model._description)
    if not field.store and not field._description_searchable:
        return model.env._(
            "“%(field)s” of %(model)s is not stored: nobody can look for it.", field=name, model=model._description
        )
    return None


def is_stored(model, path) -> bool:
    """Tell whether every field of a path that leads somewhere is a column, so that it can be compared in SQL."""
    for name in path.split("."):
        field = model._fields[name]
        if not field.store:
            return False
        model = model.env[field.comodel_name] if field.type == "many2one" else model
    return True


def find_domain_problem(model, text):
    """Return why a condition cannot be used, as a sentence; None when it can.

    :param model: an empty recordset, with the rights of whoever wrote the condition
    """
    try:
        domain = Domain(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return model.env._("The condition “%(text)s” cannot be read.", text=text)
    for condition in domain.iter_conditions():
        if problem := _find_condition_problem(model, condition):
            return problem
    try:
        model.sudo()._search(domain)
    except (ValueError, TypeError) as error:
        return model.env._("The condition “%(text)s” does not fit: %(error)s", text=text, error=error)
    return None


def _find_condition_problem(model, condition):
    here = model
    if condition.operator in NESTED or isinstance(condition.value, Domain):
        return model.env._("“%(field)s”: ask for a value, not for other records.", field=condition.field_expr)
    names = condition.field_expr.split(".")
    for index, name in enumerate(names):
        if problem := _find_field_problem(here, name):
            return problem
        field = here._fields[name]
        if field.type in DATES or index == len(names) - 1:
            return None
        if field.type != "many2one":
            return _tell_many(here, name)
        here = here.env[field.comodel_name]
    return None
