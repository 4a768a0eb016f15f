import ArgumentParser

/// `gyrus sweep`: one notebook over a grid of parameters.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run a notebook over a grid of parameters, on this machine or as a Slurm array.",
        discussion: """
            gyrus sweep fit.ipynb -p subject=S01..S08 -p layer=0..11 -o fits --jobs 4

            The folder holds the tasks (tasks.tsv), their outputs and logs, and who runs what. The same command again \
            continues where an earlier one stopped: a task whose output is there is not run again, and no task runs \
            twice at once.
            """,
        subcommands: [
            SweepRunCommand.self, SweepStatusCommand.self, SweepLogsCommand.self, SweepRetryCommand.self,
            SweepCancelCommand.self, SweepCollectCommand.self, SweepTaskCommand.self,
        ],
        defaultSubcommand: SweepRunCommand.self)
}
