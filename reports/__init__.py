"""What we hand over: a diagnosis or a measurement becomes content, charts, HTML and PDF.

Entry point for the application: `reports.deliver`.
"""
