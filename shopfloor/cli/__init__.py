"""The console command `shopfloor`: one file for each verb. Every error is one sentence and a non-zero exit."""
