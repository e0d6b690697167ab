"""The sub-commands of `fiado`: one module for each group, loaded only when it is called."""
