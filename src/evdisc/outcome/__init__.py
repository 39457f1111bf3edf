"""From a run to what a laboratory measures: height, MRI, cells, expression, effects."""
