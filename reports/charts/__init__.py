"""Results to SVG: pure functions, one chart a file; `reports.charts.draw` picks the right one."""
