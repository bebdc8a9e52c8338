"""What admins see and do: figures, tables across people, and actions, each of which is audited."""
