"""Stage ``io``: everything that meets bytes we did not write, and writing so that a crash leaves the old file whole.

`safe_pickle.load` (a pickle file), `object_npy.read_object_npy` (a dictionary saved by ``np.save``), `atomic`
(writing), `digest` (sha256).
"""
