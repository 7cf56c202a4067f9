"""What may be told to other organisations (`package`), and a study beside what they told (`compare`)."""
