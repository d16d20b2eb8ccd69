"""What the stages call: functions of values, which read and write no file of their own choice."""
