// A broker on loopback that speaks Kafka's protocol: librdkafka's own mock cluster, in memory.
// broker TOPIC PARTITIONS [TOPIC PARTITIONS]... prints its address and ends when stdin does.
// It keeps about 5 MB a partition and syncs nothing: it shows what clients do, not what a broker can.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  char error[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "3", error, sizeof error); // no warning that it has no broker: it is one
  rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  rd_kafka_mock_cluster_t *cluster = handle ? rd_kafka_mock_cluster_new(handle, 1) : NULL;
  if (!cluster) {
    fprintf(stderr, "broker: %s\n", handle ? "no mock cluster" : error);
    return 1;
  }
  for (int i = 1; i + 1 < argc; i += 2)
    rd_kafka_mock_topic_create(cluster, argv[i], atoi(argv[i + 1]), 1);
  printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
  fflush(stdout);
  while (getchar() != EOF)
    ;
  _Exit(0); // an orderly end would wait for each client to leave
}
