"""Stage ``io``: everything that meets bytes we did not write, and writing so that a crash leaves the old file whole.

`content.open_content` (a path, by what is in it), `safe_pickle.load` (a pickle), `npz.read_npz` (arrays), `tree_npz` (a pickle's
tree without a pickle), `mat5`, `hdf5` (MATLAB), `members` (folders, archives), `wav`, `image`, `object_npy` (a dictionary
saved by ``np.save``), `atomic` (writing), `digest` (sha256).
"""
