"""What Rasa 3.6.21 imports of ours: input channel, stores, Spanish classifier, patches.

Nothing here imports the rest of the service: Rasa runs in its own process and environment.
"""
