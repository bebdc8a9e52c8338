"""Missions: what is proposed, accepted, run step by step, and can be taken up again."""
