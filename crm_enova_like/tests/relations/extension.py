"""Model extensions of another addon, for the time of a test."""
from odoo.orm.model_classes import _init_model_class_attributes, add_to_registry


def extend_models(case, *definitions):
    """Extend models as an addon that is installed beside ours would; taken back when the test class ends.

    :param case: TransactionCase class
    :param definitions: classes with ``_module = None``, ``_name`` and ``_inherit``; new columns are made
    """
    registry, names = case.registry, [definition._name for definition in definitions]
    bases = {name: registry[name]._base_classes__ for name in names}

    def set_up():
        for name in names:
            _init_model_class_attributes(registry[name])
        registry._setup_models__(case.cr, names)

    def take_back():
        for name, classes in bases.items():
            registry[name]._base_classes__ = classes
        set_up()

    case.addClassCleanup(take_back)
    for definition in definitions:
        add_to_registry(registry, definition)
    set_up()
    registry.init_models(case.cr, names, {"module": "crm_enova_like"}, install=False)
