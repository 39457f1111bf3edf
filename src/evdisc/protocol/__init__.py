"""What is asked: protocols as YAML files and as frozen specifications."""
