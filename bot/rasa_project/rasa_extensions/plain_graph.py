"""Runs the model's graph by calling its nodes in order.

Rasa 3.6.21 hands the same few nodes to dask's scheduler for each prediction, which costs more
than most of them do.
"""

from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner


def run(
    runner: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """The targets' outputs, each node they need having run once; as `DaskGraphRunner.run`."""
    nodes = runner._graph_schema.nodes
    outputs: dict[str, tuple[str, Any]] = {
        name: (name, value) for name, value in (inputs or {}).items()
    }

    def output_of(name: str) -> tuple[str, Any]:
        if name not in outputs:
            needed = [output_of(each) for each in nodes[name].needs.values()]
            outputs[name] = runner._instantiated_nodes[name](*needed)
        return outputs[name]

    try:
        return dict(output_of(name) for name in targets or runner._graph_schema.target_names)
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
