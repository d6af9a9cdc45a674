"""Official fire products of NASA (level 2): their points, statistics, masks and coverage."""
