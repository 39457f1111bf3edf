"""What it takes to make a dose: cells, culture, isolation, batches, schedule, cost."""
