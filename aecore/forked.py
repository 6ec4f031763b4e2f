"""What the workers of this machine are forked with (see engine.py): made once, shared by all.

Importing this takes seconds; forking afterwards takes none. Nothing here may start a thread.
"""

import torch
import torch._dynamo  # the first optimizer would import it

from aecore.worker import load_dataset

torch.set_num_threads(1)
load_dataset("digits")
