"""The engine: what is needed held against what there is, as chances, checks and a verdict.

In: `Requirements` of a run and what a device has, `Offered`. Out: one `Check` for each way to
fail, and a `Verdict` of them together. Nothing here knows which model was asked about.

    constants         what verdicts are weighed by, each a record
    requirements      what a run asks of a device, and what the device has against it
    probability       a need and what there is -> a chance, and the word for it
    check_rules       how needs compare with what there is, in numbers alone
    check_kinds/      every kind of check, declared once
    sureness          how sure anybody can be, learnt from reports
    failure_rates     how often runs die of what no limit tells, fitted on reports
    device_history    what ran or died on the device before, weighed
    decide            the one engine: requirements and a device -> decisions, settled
    check_text        what was decided, in words; chance_text words the chances
    overall_verdict   the checks taken together
    labels            words for phases, pools and checks

`failure_rates.json`, which `make budgets` fits, lies beside its readers.

Imports `devices`, `runtimes` and `catalog`; numbers and arrays pass through the same lines.
"""
