"""Bills under other assumptions."""
