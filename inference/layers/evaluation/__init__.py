"""How well layers do, and the judges that say so."""
