"""Prints the business on paper. The only package that imports xhtml2pdf and reportlab."""
