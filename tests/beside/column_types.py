def types(table):
    """Column by column: type, smallest, largest."""
    return {column.name: (column.type, column.low, column.high) for column in table.columns}
