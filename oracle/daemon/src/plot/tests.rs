use super::*;

fn bars() -> Chart {
    let bar = |label: &str, value, interval, tone| Bar {
        label: label.into(),
        value,
        interval,
        tone,
        note: "12 of 34".into(),
    };
    let values = [0.5, 4.0].into_iter();
    Chart::Bars(Bars {
        title: "Attention".into(),
        subtitle: "with 95 % intervals".into(),
        axis: Axis::around("ratio", values, Scale::Logarithmic),
        reference: 1.0,
        note_heading: "acts".into(),
        bars: vec![
            bar("Beanie & <Hat>", 3.0, (2.0, 4.0), Tone::Above),
            bar("Ape", 0.7, (0.5, f64::INFINITY), Tone::Unclear),
        ],
    })
}

/// Where a text begins in an SVG and what it is.
fn texts(svg: &str) -> Vec<String> {
    svg.split("<text ")
        .skip(1)
        .filter_map(|part| part.split_once(">\n")?.1.split_once('\n').map(|(text, _)| text.to_owned()))
        .collect()
}

#[test]
fn an_svg_says_what_it_shows() {
    let text = svg(&bars()).unwrap();
    let found = texts(&text);
    for wanted in
        ["Attention", "with 95 % intervals", "ratio", "Beanie &amp; &lt;Hat&gt;", "Ape", "12 of 34", "1", "2"]
    {
        assert!(found.iter().any(|text| text == wanted), "{wanted}: {found:?}");
    }
    assert_eq!(svg(&bars()).unwrap(), text);
}

#[test]
fn a_png_has_the_size_and_is_not_empty() {
    let bytes = png_bytes(&bars()).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let (width, height) = bars().size();
    assert_eq!((reader.info().width, reader.info().height), (width, height));
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let white = pixels.iter().filter(|&&byte| byte == 255).count();
    assert!(white > pixels.len() / 2 && white < pixels.len() * 99 / 100, "{white} of {}", pixels.len());
}

#[test]
fn axes_by_hand() {
    let axis = Axis { label: String::new(), range: (0.0, 60.0), scale: Scale::Linear, suffix: " %" };
    let texts: Vec<String> = axis.ticks().into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["0 %", "10 %", "20 %", "30 %", "40 %", "50 %", "60 %"]);
    assert_eq!(
        (axis.pixel(15.0, 100, 500), axis.pixel(90.0, 100, 500), axis.pixel(15.0, 500, 100)),
        (200, 500, 400)
    );
    let ratios = Axis { range: (0.1, 10.0), scale: Scale::Logarithmic, suffix: "", ..axis };
    let values: Vec<String> = ratios.ticks().into_iter().map(|(_, text)| text).collect();
    assert_eq!(values, ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
    assert_eq!((ratios.pixel(1.0, 0, 200), ratios.pixel(0.0, 0, 200)), (100, 0));
    assert!(ratios.is_beyond(f64::INFINITY) && !ratios.is_beyond(2.0));
    let around = Axis::around("", [3.0, f64::INFINITY, 5.0].into_iter(), Scale::Linear);
    assert!(around.range.0 < 3.0 && around.range.1 < 6.0);
    assert_eq!(Axis::around("", std::iter::empty(), Scale::Linear).range, (1.0, 10.0));
}

#[test]
fn heat_and_lines_draw_what_they_hold() {
    let heat = Chart::Heat(Heat {
        title: "Cohorts".into(),
        subtitle: String::new(),
        x_label: "months since".into(),
        y_label: "began".into(),
        legend: "active".into(),
        columns: vec!["1".into(), "2".into()],
        rows: vec![
            ("2020-01".into(), vec![Some(0.5), Some(0.25)]),
            ("2020-02".into(), vec![Some(0.1), None]),
        ],
    });
    let text = svg(&heat).unwrap();
    let found = texts(&text);
    assert!(
        ["50", "25", "10", "2020-02"].iter().all(|wanted| found.iter().any(|text| text == wanted)),
        "{found:?}"
    );
    // Three cells and the steps of the legend, on the white.
    assert_eq!(text.matches("<rect ").count(), 1 + 3 + 50);
    let axis = |range| Axis { label: "days".into(), range, scale: Scale::Linear, suffix: "" };
    let lines = Chart::Lines(Lines {
        title: "Retention".into(),
        subtitle: String::new(),
        x: axis((0.0, 100.0)),
        y: axis((0.0, 1.0)),
        lines: vec![Line {
            label: "all".into(),
            points: vec![(0.0, 1.0), (100.0, 0.5)],
            band: vec![(0.0, 1.0, 1.0), (100.0, 0.4, 0.6)],
            steps: true,
        }],
    });
    let text = svg(&lines).unwrap();
    // A step: level at the height of 1 until day 100, then down to the middle.
    assert!(text.contains("90,96 760,96 760,292"), "{text}");
    assert_eq!(text.matches("<polygon ").count(), 1);
}

#[test]
fn other_formats_are_refused() {
    let refused = write_plot(Path::new("plot.gif"), &bars()).unwrap_err();
    assert_eq!(refused.to_string(), "plot.gif: a plot is a file that ends in .svg or .png");
    assert!(check_path(Path::new("a/b.png")).is_ok());
}
