"""Where bytes come from: folders and files. What they mean is for `formats` to say."""
