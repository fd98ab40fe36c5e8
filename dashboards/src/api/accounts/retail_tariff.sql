SELECT retail_ueur_per_kwh FROM local.retail_tariffs WHERE account = $1
