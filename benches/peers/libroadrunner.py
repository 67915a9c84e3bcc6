"""libRoadRunner on the cohort of the peers' benchmark: CVODE, the model compiled by its LLVM back end.

Started by the benchmark, which speaks to it by lines on standard input and output:

    folder form                    once: folder with model_<form>.sbml, constants.bin, and what follows
    relative patients              -> seconds of processor time (states of all samples to states.bin)

Everything but the integration itself is prepared before the clock (processor time) starts; setting a patient's constants and resetting the integrator count.
"""

import json
import sys
import time

import numpy as np
import roadrunner


def prepare(folder, form):
    with open(f"{folder}/problem.json") as file:
        problem = json.load(file)
    runner = roadrunner.RoadRunner(f"{folder}/model_{form}.sbml")
    runner.setIntegrator("cvode")
    constants = np.fromfile(f"{folder}/constants.bin").reshape(-1, problem["constants"])
    return problem, runner, constants


def solve(problem, runner, constants, relative, patients, folder):
    states = problem["states"]
    model, integrator = runner.model, runner.integrator
    order = [int(name[1:]) for name in model.getFloatingSpeciesIds()]
    if len(order) != states:  # rate rules: the states are rate-rule symbols
        raise SystemExit(f"{len(order)} floating species for {states} states")
    names = list(model.getGlobalParameterIds())
    position = [int(name[1:]) for name in names]
    small = np.array(problem["small"])[order]
    integrator.setValue("relative_tolerance", relative)
    integrator.setValue("absolute_tolerance", list(relative * small))
    integrator.setValue("stiff", True)
    integrator.setValue("maximum_num_steps", 1000000)
    integrator.setValue("variable_step_size", False)
    doses = len(problem["segments"][0]["rates"])
    rows = []
    for patient in range(patients):
        per_segment = []
        for segment in problem["segments"]:
            values = constants[patient].copy()
            values[-doses:] = segment["rates"]
            per_segment.append((segment["start"], segment["stop"], list(segment["samples"]), values[position]))
        rows.append(per_segment)
    output = np.zeros((patients, problem["samples"], states))
    empty = np.zeros(states)
    began = time.process_time()
    for patient in range(patients):
        model.setFloatingSpeciesAmounts(empty)
        row = 0
        for start, stop, samples, values in rows[patient]:
            model.setGlobalParameterValues(values)
            model.setTime(start)
            integrator.restart(start)
            now = start
            for sample in samples + [stop]:
                if sample > now:
                    integrator.integrate(now, sample - now)
                    now = sample
                if row < problem["samples"] and now == problem["times"][row]:
                    output[patient, row] = model.getFloatingSpeciesAmounts()
                    row += 1
    seconds = time.process_time() - began
    states_in_order = np.empty_like(output)
    states_in_order[:, :, order] = output
    states_in_order.tofile(f"{folder}/states.bin")
    return seconds


def main():
    folder, form = sys.stdin.readline().split()
    problem, runner, constants = prepare(folder, form)
    print("ready", roadrunner.__version__, flush=True)
    for line in sys.stdin:
        relative, patients = line.split()
        print(repr(solve(problem, runner, constants, float(relative), int(patients), folder)), flush=True)


if __name__ == "__main__":
    main()
