"""Answers to the exercises of notebook 06."""

import numpy as np
from course_answers import Answers

# scores of (nothing, sound, picture, both), so that all can be worked out by hand. Contributions of (picture, sound):
# joint (0.2 + 0.1) / 2, (0.8 + 0.7) / 2 = 0.15, 0.75; ogm_ge (0.25 + 0.2) / 2, (0.5 + 0.45) / 2 = 0.225, 0.475
RESULT = {"joint": np.array([0.1, 0.9, 0.3, 1.0]), "ogm_ge": np.array([0.1, 0.6, 0.35, 0.8])}
ANSWERS = {
    "6.1": Answers(
        equivalent=((0.075, 0.275), np.array([0.075, 0.275], dtype=np.float32)),
        wrong={
            "alone only": [0.05, 0.3],
            "second only": [0.1, 0.25],
            "sign of the loss": [0.075, -0.275],
            "wrong way round": [-0.075, -0.275],
            "modalities exchanged": (0.275, 0.075),
        },
        given={"result": RESULT},
        names={"NOTHING": 0, "SOUND": 1, "PICTURE": 2, "BOTH": 3},
    ),
}
