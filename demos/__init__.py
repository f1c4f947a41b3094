"""deltagrad at work: `python -m demos` lists the demos and runs the main job."""
