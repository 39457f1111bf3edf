"""From the needle to the cytosol: vesicles in tissue or medium, and their cargo in cells."""
