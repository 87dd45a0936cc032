"""Reading of untrusted bytes, and atomic writing.

`content.open_content` opens a path by its content. Readers: `safe_pickle` (pickle, object .npy), `npz` (arrays and trees), `mat` (MATLAB 5 to
7), `hdf5` (MATLAB 7.3), `netcdf` (validation), `archive` (folders, tar), `media` (WAV, PNG, JPEG), `files` (size limits, JSON). Writing:
`atomic`, `folder_lock`. Checksums: `digest`.
"""
