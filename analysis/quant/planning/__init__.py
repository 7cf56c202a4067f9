"""Before a survey: how precise its figures will be, how many people it takes, what change or theme it would show."""
