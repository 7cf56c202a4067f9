"""The content of a report in other forms than pages: workbook of tables, pictures, words to edit."""
