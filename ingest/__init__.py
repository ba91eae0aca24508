"""From files people have to passages the knowledge can hold: read, parse, cut, hand over, report."""
