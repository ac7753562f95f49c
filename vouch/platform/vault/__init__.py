"""What is kept secret: values and documents under a key of their subject, searchable without being readable."""
