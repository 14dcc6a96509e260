"""How far, how much more, who lags: tracking, forecast, supervision."""
