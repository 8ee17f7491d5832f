"""The two signatures of the API. Pure: text in, text out; who signed and when is `alerts.openapi.verify`'s business."""
