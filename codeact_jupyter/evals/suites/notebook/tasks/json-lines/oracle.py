# %%
import json

events, broken = {}, 0
with open("events.jsonl", encoding="utf-8") as file:
    for line in filter(str.strip, file):
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            broken += 1
        else:
            events[event["id"]] = event
print(len(events), broken, next(iter(events.values())))

# %%
revenue = {}
for event in events.values():
    if event["event"]["type"] == "buy":
        spent = sum(item["price"] * item["count"] for item in event["event"]["items"])
        revenue[event["user"]["country"]] = revenue.get(event["user"]["country"], 0) + spent
print(revenue)

# %% [markdown]
# DE: 3980.87, AT: 1545.70; 9 lines could not be read.
