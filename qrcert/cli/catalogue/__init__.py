"""What is said in other languages than English, by subject; `qrcert.cli.russian` holds the rest and looks up."""
