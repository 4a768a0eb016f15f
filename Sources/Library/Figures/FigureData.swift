import Tables

extension DataTable {
    /// What a figure shows; columns of one name are told apart by a number, and empty names become `column`.
    package init(shown columns: [Column], title: String? = nil) {
        var seen: Set<String> = []
        let named = columns.map { column in
            var column = column
            let name = column.name.isEmpty ? "column" : column.name
            var number = 1
            column.name = name
            while !seen.insert(column.name).inserted {
                number += 1
                column.name = "\(name) (\(number))"
            }
            return column
        }
        // All columns of a figure are of one length, and their names differ now.
        self = (try? DataTable(named)) ?? DataTable()
        self.title = title ?? ""
    }
}

extension String {
    /// The text, or another where it is empty.
    func orElse(_ other: String) -> String { isEmpty ? other : self }
}

extension BarChart {
    /// A row for each bar; `dataByPoint` has the single values that are drawn over it.
    public var data: DataTable {
        var columns = [DataTable.Column(categoryTitle.orElse("category"), bars.map(\.category))]
        if series.count > 1 {
            columns.append(DataTable.Column(seriesTitle.orElse("series"), bars.map(\.series)))
        }
        columns.append(DataTable.Column(valueTitle.orElse("value"), bars.map(\.value)))
        if hasErrors { columns.append(DataTable.Column("error", bars.map { $0.error ?? .nan })) }
        if hasCeilings {
            columns.append(DataTable.Column("noise ceiling", bars.map { $0.ceiling ?? .nan }))
        }
        if bars.contains(where: { !$0.sign.isEmpty }) {
            columns.append(DataTable.Column("mark", bars.map { $0.sign.isEmpty ? nil : $0.sign }))
        }
        return DataTable(shown: columns, title: title)
    }

    /// A row for each single value that is drawn over a bar, for instance a subject's, counted from zero in each bar.
    public var dataByPoint: DataTable {
        let points = bars.flatMap { bar in bar.points.enumerated().map { (bar, $0.offset, $0.element) } }
        var columns = [DataTable.Column(categoryTitle.orElse("category"), points.map(\.0.category))]
        if series.count > 1 {
            columns.append(DataTable.Column(seriesTitle.orElse("series"), points.map(\.0.series)))
        }
        columns += [
            DataTable.Column("point", points.map(\.1)),
            DataTable.Column(valueTitle.orElse("value"), points.map(\.2)),
        ]
        return DataTable(shown: columns, title: title)
    }
}

extension LineChart {
    /// A row for each point of each line.
    public var data: DataTable {
        let points = series.flatMap { line in line.points.map { (line.name, $0) } }
        let place = positionTitle.orElse("position")
        var columns = [
            DataTable.Column(seriesTitle.orElse("series"), points.map(\.0)),
            positions == nil
                ? DataTable.Column(place, points.map(\.1.x))
                : DataTable.Column(place, points.map { name(of: $0.1.x) }),
            DataTable.Column(valueTitle.orElse("value"), points.map(\.1.y)),
        ]
        if hasErrors { columns.append(DataTable.Column("error", points.map { $0.1.error ?? .nan })) }
        return DataTable(shown: columns, title: title)
    }
}

extension Heatmap {
    /// A row for each cell. Rows and columns of one name are told apart by a number, as in the picture.
    public var data: DataTable {
        let (rows, columns) = (rows.toldApart(), columns.toldApart())
        let places = values.indices.map { $0.quotientAndRemainder(dividingBy: max(1, columns.count)) }
        var shown = [
            DataTable.Column(rowTitle.orElse("row"), places.map { rows[$0.quotient] }),
            DataTable.Column(columnTitle.orElse("column"), places.map { columns[$0.remainder] }),
            DataTable.Column(valueTitle.orElse("value"), values),
        ]
        if !outlined.isEmpty {
            shown.append(
                DataTable.Column(
                    outlineMeaning.orElse("outlined"),
                    places.map { outlined.contains(Place(row: $0.quotient, column: $0.remainder)) }))
        }
        if !signs.isEmpty {
            shown.append(DataTable.Column("mark", signs.map { $0.isEmpty ? nil : $0 }))
        }
        return DataTable(shown: shown, title: title)
    }
}

extension Histogram {
    /// A row for each bin.
    public var data: DataTable {
        let name = valueTitle.orElse("value")
        return DataTable(
            shown: [
                DataTable.Column("\(name) from", counts.indices.map { bounds(of: $0).lowerBound }),
                DataTable.Column("\(name) to", counts.indices.map { bounds(of: $0).upperBound }),
                DataTable.Column(countTitle.orElse("count"), counts),
            ], title: title)
    }
}

extension ScatterPlot {
    /// A row for each point.
    public var data: DataTable {
        var columns: [DataTable.Column] = []
        if points.contains(where: { !$0.name.isEmpty }) {
            columns.append(DataTable.Column("name", points.map(\.name)))
        }
        if points.contains(where: { !$0.series.isEmpty }) {
            columns.append(DataTable.Column(seriesTitle.orElse("series"), points.map(\.series)))
        }
        columns += [
            DataTable.Column(xTitle.orElse("x"), points.map(\.x)),
            DataTable.Column(yTitle.orElse("y"), points.map(\.y)),
        ]
        return DataTable(shown: columns, title: title)
    }
}

extension DensityPlot {
    /// A row for each square that holds a pair.
    public var data: DataTable {
        let (x, y) = (xTitle.orElse("x"), yTitle.orElse("y"))
        return DataTable(
            shown: [
                DataTable.Column("\(x) from", cells.map(\.x)),
                DataTable.Column("\(x) to", cells.map { $0.x + binWidth }),
                DataTable.Column("\(y) from", cells.map(\.y)),
                DataTable.Column("\(y) to", cells.map { $0.y + binWidth }),
                DataTable.Column(countTitle.orElse("count"), cells.map(\.count)),
            ], title: title)
    }
}

extension ScoreMap {
    /// A row for each voxel with a score.
    public var data: DataTable {
        let shown = slices.enumerated().flatMap { index, slice in
            slice.values.indices.filter { slice.values[$0].isFinite }.map { (index, $0) }
        }
        return DataTable(
            shown: [
                DataTable.Column(
                    "slice", shown.map { slices[$0.0].title.orElse("slice \($0.0)") }),
                DataTable.Column("column", shown.map { $0.1 % max(1, slices[$0.0].width) }),
                DataTable.Column("row", shown.map { $0.1 / max(1, slices[$0.0].width) }),
                DataTable.Column(valueTitle.orElse("value"), shown.map { slices[$0.0].values[$0.1] }),
            ], title: title)
    }
}
