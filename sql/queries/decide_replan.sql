-- Plans are kept, and those made while the tables were small would stay: looked at anew as they grow.
DISCARD PLANS
