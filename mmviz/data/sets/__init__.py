"""Built-in data sets, one file each; `mmviz.data.load` lists them."""
