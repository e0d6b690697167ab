"""Between a person's words and Rasa: reading what came in, asking Rasa, shaping the replies."""
